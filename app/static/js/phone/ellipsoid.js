// WGS 84: Earth-centred coordinates, and the geodesic between two positions.
const RAD = Math.PI / 180;
export const MAJOR = 6378137;
const FLATTENING = 1 / 298.257223563;
export const MINOR = MAJOR * (1 - FLATTENING);
export const E2 = FLATTENING * (2 - FLATTENING);

/** Earth-centred coordinates (EPSG:4978) of a position in degrees: [x, y, z] in metres. */
export function earthCentred(lon, lat) {
  const sine = Math.sin(lat * RAD);
  const normal = MAJOR / Math.sqrt(1 - E2 * sine * sine);
  const axis = normal * Math.cos(lat * RAD);
  return [axis * Math.cos(lon * RAD), axis * Math.sin(lon * RAD), normal * (1 - E2) * sine];
}

/**
 * Metres and bearing (degrees from north, clockwise, 0 where the positions are one) of the geodesic, by Vincenty's
 * inverse series (Survey Review XXIII 176, 1975): right to 0.1 mm, save within some 20 km of the antipode, where the
 * series does not settle and the answer is half a meridian's length, right to 0.3 %.
 */
export function geodesic(lon1, lat1, lon2, lat2) {
  const l = ((lon2 - lon1 + 540) % 360 - 180) * RAD;
  const u1 = Math.atan((1 - FLATTENING) * Math.tan(lat1 * RAD));
  const u2 = Math.atan((1 - FLATTENING) * Math.tan(lat2 * RAD));
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let turn = 0; turn < 60; turn += 1) {
    const [sine, cosine] = [Math.sin(lambda), Math.cos(lambda)];
    const [east, north] = [cos2 * sine, cos1 * sin2 - sin1 * cos2 * cosine];
    const sinSigma = Math.hypot(east, north);
    if (sinSigma === 0) return { distance_m: 0, bearing_deg: 0 };
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosine;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sine) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    const middle = cos2Alpha > 0 ? cosSigma - (2 * sin1 * sin2) / cos2Alpha : 0; // on the equator there is no middle
    const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = l + (1 - c) * FLATTENING * sinAlpha
      * (sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle * middle - 1)));
    if (Math.abs(lambda) > Math.PI) break;
    if (Math.abs(lambda - before) > 1e-13) continue;
    const k2 = (cos2Alpha * (MAJOR * MAJOR - MINOR * MINOR)) / (MINOR * MINOR);
    const a = 1 + (k2 / 16384) * (4096 + k2 * (-768 + k2 * (320 - 175 * k2)));
    const b = (k2 / 1024) * (256 + k2 * (-128 + k2 * (74 - 47 * k2)));
    const square = middle * middle;
    const change = b * sinSigma * (middle + (b / 4) * (cosSigma * (2 * square - 1)
      - (b / 6) * middle * (4 * sinSigma * sinSigma - 3) * (4 * square - 3)));
    return { distance_m: MINOR * a * (sigma - change), bearing_deg: (Math.atan2(east, north) / RAD + 360) % 360 };
  }
  return { distance_m: 20003931, bearing_deg: lat1 + lat2 >= 0 ? 0 : 180 };
}
