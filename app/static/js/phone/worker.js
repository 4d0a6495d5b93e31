// The service worker, served as /sw.js below a line `const SHELL = {version, files, plain}` that the server writes.
//
// It keeps the page /m and everything that the page is made of, by content: one cache holds files under the SHA-256 of
// their bytes, a version is a list of them. A page gets files of the version that it was opened with, however often
// the worker is renewed meanwhile, so that old and new modules never mix. Nothing of /api is kept here: what the page
// needs of the ledger lies in its database, with its age.
//
// SHELL.files: address below the origin, without query → SHA-256 (hex). The page has one address for each language,
// "/m?lang=zh" and "/m?lang=en". SHELL.plain: what is asked for without the ?v= that pages give to other files.
const FILES = "minsheng-files";
const VERSIONS = "minsheng-versions";
const PAGE = "/m";
const LANGUAGES = ["zh", "en"];
const AT_ONCE = 6;

const keyOf = (address, sha256) => `${address}${address.includes("?") ? "&" : "?"}sha256=${sha256}`;
const recordOf = (name) => `/minsheng-record/${encodeURIComponent(name)}`;

async function readRecord(name) {
  const found = await (await caches.open(VERSIONS)).match(recordOf(name));
  return found ? found.json() : null;
}

async function writeRecord(name, value) {
  await (await caches.open(VERSIONS)).put(recordOf(name), new Response(JSON.stringify(value)));
}

// --- install: everything or nothing ------------------------------------------------------------------------------

addEventListener("install", (event) => event.waitUntil(install()));

async function install() {
  const cache = await caches.open(FILES);
  const wanted = Object.entries(SHELL.files);
  const line = async () => {
    for (let next = wanted.pop(); next; next = wanted.pop()) await keep(cache, ...next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  await writeRecord(`version ${SHELL.version}`, { files: SHELL.files, installed_at: Date.now() });
}

/** Fetch a file unless its content is kept already. Throws when what comes is not what the server's list says. */
async function keep(cache, address, sha256) {
  const key = keyOf(address, sha256);
  if (await cache.match(key)) return;
  const own = SHELL.plain.includes(address) || address.includes("?");
  const response = await fetch(own ? address : `${address}?v=${sha256.slice(0, 12)}`, {
    cache: own ? "no-cache" : "default",
    credentials: "omit",
    redirect: "error",
  });
  const bytes = await response.arrayBuffer();
  if (!response.ok || (await hashOf(bytes)) !== sha256) throw new Error(`${address} is not of version ${SHELL.version}`);
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length", "set-cookie", "transfer-encoding"]) headers.delete(name);
  await cache.put(key, new Response(bytes, { headers }));
}

async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- activate: a page that was opened before there was a worker is taken over, others keep their version ---------

addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  const first = (await versions()).length === 1;
  await tidy();
  if (first) await clients.claim();
}

/** Records of all versions that are kept: {version, files, installed_at}. */
async function versions() {
  const cache = await caches.open(VERSIONS);
  const found = [];
  for (const request of await cache.keys()) {
    const name = decodeURIComponent(new URL(request.url).pathname.split("/").pop());
    if (!name.startsWith("version ")) continue;
    found.push({ version: name.slice("version ".length), ...(await (await cache.match(request)).json()) });
  }
  return found;
}

/** Drop versions that no open page was opened with, unless they are newer than this one and only wait. */
async function tidy() {
  const open = new Set((await clients.matchAll({ type: "all", includeUncontrolled: true })).map(({ id }) => id));
  const cache = await caches.open(VERSIONS);
  const used = new Set([SHELL.version]);
  for (const request of await cache.keys()) {
    const name = decodeURIComponent(new URL(request.url).pathname.split("/").pop());
    if (!name.startsWith("client ")) continue;
    if (open.has(name.slice("client ".length))) used.add(await (await cache.match(request)).json());
    else await cache.delete(request);
  }
  const all = await versions();
  const own = all.find(({ version }) => version === SHELL.version);
  const keys = new Set();
  for (const { version, files, installed_at } of all) {
    if (used.has(version) || installed_at > own.installed_at) {
      for (const [address, sha256] of Object.entries(files)) keys.add(new URL(keyOf(address, sha256), location.origin).href);
    } else {
      await cache.delete(recordOf(`version ${version}`));
    }
  }
  // what a version that is being installed has fetched so far is fetched anew when it is dropped here: no harm
  if (registration.installing) return;
  const kept = await caches.open(FILES);
  for (const request of await kept.keys()) if (!keys.has(request.url)) await kept.delete(request);
}

// --- fetch: the page and its files from here, everything else from the network ------------------------------------

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  // the scope "/m" also covers /meeting and /map-…: those are not ours
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(openPage(event, url));
  } else if (url.pathname.startsWith("/static/") || url.pathname === "/manifest.webmanifest") {
    event.respondWith(openFile(event, url));
  }
});

const opened = new Map(); // id of a client → version that it was opened with, null for pages that are not ours
const lists = new Map([[SHELL.version, SHELL.files]]);

async function openPage(event, url) {
  const lang = await language(url.searchParams.get("lang"));
  const address = `${PAGE}?lang=${lang}`;
  const page = await fromCache(address, SHELL.files[address]);
  if (!page) return fetch(event.request);
  if (event.resultingClientId) {
    opened.set(event.resultingClientId, SHELL.version);
    event.waitUntil(writeRecord(`client ${event.resultingClientId}`, SHELL.version));
  }
  return page;
}

async function openFile(event, url) {
  const version = await versionOf(event.clientId);
  const address = url.pathname === "/manifest.webmanifest" ? `${url.pathname}${url.search}` : url.pathname;
  const sha256 = version && (await listOf(version))[address];
  return (sha256 && (await fromCache(address, sha256))) || fetch(event.request);
}

// opened once: a page asks for some fifty files, and each opening is a question to another process
let opening = null;

async function fromCache(address, sha256) {
  opening ??= caches.open(FILES);
  try {
    return await (await opening).match(keyOf(address, sha256));
  } catch {
    opening = null; // the browser has closed or cleared it
    return undefined;
  }
}

/** The version that a page was opened with; null when it is no page of ours. */
async function versionOf(id) {
  if (!id) return null;
  if (!opened.has(id)) {
    const known = await readRecord(`client ${id}`);
    const client = known ? null : await clients.get(id);
    // a page that was open before the worker, and threads that a page has started, get the present files
    const foreign = client?.type === "window" && new URL(client.url).pathname !== PAGE;
    opened.set(id, known ?? (foreign ? null : SHELL.version));
  }
  return opened.get(id);
}

async function listOf(version) {
  if (!lists.has(version)) lists.set(version, (await readRecord(`version ${version}`))?.files ?? {});
  return lists.get(version);
}

/** The language asked for, else the one that was chosen last on any of our pages, else that of the last page here. */
async function language(asked) {
  if (LANGUAGES.includes(asked)) return asked;
  const cookie = await globalThis.cookieStore?.get("lang").catch(() => null);
  if (LANGUAGES.includes(cookie?.value)) return cookie.value;
  return (await readRecord("language")) ?? LANGUAGES[0];
}

// --- messages from the page -----------------------------------------------------------------------------------------

const ANSWERS = new Map(Object.entries({
  // {version: this worker's, opened: the one that the page was opened with}
  version: async ({ source }) => ({ version: SHELL.version, opened: await versionOf(source?.id) }),
  language: ({ data }) => (LANGUAGES.includes(data.lang) ? writeRecord("language", data.lang) : null),
  tidy: () => tidy(),
  "take-over": () => skipWaiting(),
}));

addEventListener("message", (event) => {
  const answer = ANSWERS.get(event.data?.type);
  if (!answer) return;
  event.waitUntil(Promise.resolve(answer(event)).then((said) => event.ports[0]?.postMessage(said ?? null)));
});

// An extra where browsers have it: the page is told that there is signal. It sends by itself everywhere else.
addEventListener("sync", (event) => {
  if (event.tag !== "outbox") return;
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((open) => open.forEach((one) => one.postMessage({ type: "outbox-sync" }))),
  );
});
