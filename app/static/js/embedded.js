// What a snapshot carries in itself: answers of the server by path, as gzipped JSON in the page.
const holder = document.getElementById("embedded");
let unpacking = null;

async function unpack() {
  const bytes = Uint8Array.from(atob(holder.textContent.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Whether this page is a snapshot: it asks nobody, and has no pages of a server to lead to. */
export const isSnapshot = Boolean(holder);

/** The kept answer for a path; rejects when the snapshot has none. */
export async function embedded(path) {
  const answers = await (unpacking ??= unpack());
  if (path in answers) return answers[path];
  throw new Error(path);
}
