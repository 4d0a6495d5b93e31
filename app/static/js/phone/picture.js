// Pixels: a picture decoded, turned upright, made smaller. One is in memory at a time.
const BACKGROUND = "#fff"; // JPEG knows no transparency

/** The picture could be read, but no smaller one made of it: no memory for it, or a browser that writes no JPEG. */
export class NotMade extends Error {}

/** A canvas of this size, off the page where there is such a thing. */
function canvas(width, height) {
  const made = globalThis.OffscreenCanvas ? new OffscreenCanvas(width, height) : null;
  if (made?.convertToBlob && made.getContext("2d")) return made;
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** The canvas's picture as JPEG bytes. */
async function jpeg(from, quality) {
  const type = "image/jpeg";
  const blob = from.convertToBlob
    ? await from.convertToBlob({ type, quality })
    : await new Promise((resolve) => from.toBlob(resolve, type, quality));
  if (blob?.type !== type) throw new NotMade("no JPEG"); // too large a canvas gives nothing
  return blob.arrayBuffer();
}

async function viaBitmap(blob) {
  const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  return { source: bitmap, width: bitmap.width, height: bitmap.height, free: () => bitmap.close() };
}

async function viaImage(blob) {
  const address = URL.createObjectURL(blob);
  const image = new Image();
  const free = () => {
    image.src = "";
    URL.revokeObjectURL(address);
  };
  try {
    image.src = address;
    await image.decode();
  } catch (error) {
    free();
    throw error;
  }
  // as it is shown, so upright
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, free };
}

/** {source, width, height, free} of a picture, upright. Rejects when the browser cannot decode it. */
async function decoded(blob) {
  if (globalThis.createImageBitmap) {
    try {
      return await viaBitmap(blob);
    } catch {
      // an older browser without the option, or one that decodes only in the page
    }
  }
  return viaImage(blob);
}

function drawn(source, width, height) {
  const target = canvas(width, height);
  const pen = target.getContext("2d");
  pen.fillStyle = BACKGROUND;
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, width, height);
  return target;
}

const within = (width, height, longest) => {
  const share = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share))];
};

// Safari keeps a canvas's memory until it is collected, and has little of it
const release = (target) => Object.assign(target, { width: 0, height: 0 });

/**
 * {bytes, width, height, small} of a picture: JPEG of at most `longest` pixels, and a small one. Rejects when the browser
 * cannot decode it, with NotMade when it cannot make it smaller.
 */
export async function shrunk(blob, { longest, quality, smallest, smallQuality }) {
  const found = await decoded(blob);
  let large;
  try {
    large = drawn(found.source, ...within(found.width, found.height, longest));
  } finally {
    found.free();
  }
  const { width, height } = large;
  try {
    const bytes = await jpeg(large, quality);
    const thumb = drawn(large, ...within(width, height, smallest));
    const small = await jpeg(thumb, smallQuality);
    release(thumb);
    return { bytes, width, height, small };
  } finally {
    release(large);
  }
}
