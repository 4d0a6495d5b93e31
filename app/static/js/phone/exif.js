// What a picture says of itself: when and where it was taken, and with what. Read from the original, before it is made
// smaller; the smaller picture carries none of it.
import "../../vendor/exifreader/exif-reader.js";

const WANTED = ["DateTimeOriginal", "DateTime", "OffsetTimeOriginal", "OffsetTime", "Make", "Model", "Orientation"];
const GPS = ["GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef"];
const LONGEST = 80;

/** A tag's text, without what cameras pad it with; null when there is none. */
function text(tag) {
  const found = String(tag?.description ?? "")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  return found ? found.slice(0, LONGEST) : null;
}

/** A coordinate in degrees; cameras without a fix write nothing, zeros or nonsense. */
function degrees(value, most) {
  return Number.isFinite(value) && Math.abs(value) <= most ? Math.round(value * 1e7) / 1e7 : null;
}

/** {taken_at, offset, lon, lat, camera} of a picture's bytes, each null where it does not say; null without any. */
export function readExif(buffer) {
  let tags;
  try {
    tags = globalThis.ExifReader.load(buffer, { expanded: true, includeTags: { exif: [...WANTED, ...GPS], gps: true } });
  } catch {
    return null;
  }
  const { exif = {}, gps = {} } = tags;
  const taken = text(exif.DateTimeOriginal) ?? text(exif.DateTime);
  let [lon, lat] = [degrees(gps.Longitude, 180), degrees(gps.Latitude, 90)];
  if (lon === null || lat === null || (lon === 0 && lat === 0)) lon = lat = null;
  const [make, model] = [text(exif.Make), text(exif.Model)];
  const camera = model && make && !model.toLowerCase().startsWith(make.toLowerCase()) ? `${make} ${model}` : (model ?? make);
  const found = {
    taken_at: taken && /[1-9]/.test(taken) ? taken : null,
    offset: text(exif.OffsetTimeOriginal) ?? text(exif.OffsetTime),
    lon,
    lat,
    camera,
  };
  return Object.values(found).some((value) => value !== null) ? found : null;
}
