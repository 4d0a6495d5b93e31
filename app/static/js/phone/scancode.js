// What stands in a QR code: our labels carry a site's address, …/sites/CODE (app/routes/pages.py).
const CODE = /^\d{2}-[1-9]-\d{2,6}$/;

/** {code} when the text is the address of one of our sites (or just its code) and `known(code)`; else {foreign: text}. */
export function siteIn(text, known) {
  const words = text.trim();
  let code = CODE.test(words) ? words : null;
  if (!code) {
    try {
      const url = new URL(words);
      if (url.protocol === "http:" || url.protocol === "https:") code = /\/sites\/([^/]+)\/?$/.exec(url.pathname)?.[1] ?? null;
    } catch {
      // no address
    }
  }
  return code && CODE.test(code) && known(code) ? { code } : { foreign: words.slice(0, 200) };
}


let native;

/** The browser's own reader where it has one that knows QR codes; else null. */
async function ownReader() {
  if (native !== undefined) return native;
  native = null;
  try {
    const { BarcodeDetector } = window;
    if (BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      native = async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? null;
    }
  } catch {
    // some systems have the name without the service behind it
  }
  return native;
}

/** The text of the QR code on a canvas, or null. The library (45 kB compressed) comes when it is first needed. */
export async function read(canvas, { patient = false } = {}) {
  const own = await ownReader();
  if (own) {
    try {
      const found = await own(canvas);
      if (found || !patient) return found;
    } catch {
      native = null; // the service has gone away: from now on the library
    }
  }
  const { default: decode } = await import("../../vendor/qr/decode.js");
  const image = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
  try {
    return decode(image, patient ? { effort: 32, timeLimit: 400 } : {});
  } catch {
    return null; // no code in this picture
  }
}
