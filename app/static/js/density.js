// Canvas pixels per CSS pixel. A module of its own: marks are wanted where no map is.
let fixedRatio = null;

/** Canvas pixels per CSS pixel: the screen's, or what was set for printing. */
export const pixelRatio = () => fixedRatio || window.devicePixelRatio || 1;
export const setPixelRatio = (ratio) => (fixedRatio = ratio);
