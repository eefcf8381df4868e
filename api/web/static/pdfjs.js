// @ts-check
/**
 * What we use of PDF.js, by type; its script stands before ours on the page and leaves itself in `globalThis.pdfjsLib`.
 *
 * Promises: everything it loads comes from this service, nothing is evaluated, forms and scripts inside a file do not run.
 */

/** @typedef {{width: number, height: number}} Viewport */
/** @typedef {{canvas: HTMLCanvasElement, viewport: Viewport, annotationMode: number}} Drawing */
/** @typedef {{items: {str?: string, hasEOL?: boolean}[]}} Text */
/**
 * @typedef {object} Sheet
 * @property {(at: {scale: number}) => Viewport} getViewport
 * @property {(drawing: Drawing) => {promise: Promise<void>}} render
 * @property {() => Promise<Text>} getTextContent
 */
/** @typedef {{numPages: number, getPage: (number: number) => Promise<Sheet>}} Pdf */

export const DRAW_ANNOTATIONS = 1; // as pictures, never as fields

/**
 * @param {ArrayBuffer} data its content moves to the drawing thread
 * @param {{worker: string, folder: string}} places
 * @returns {Promise<Pdf>}
 */
export function openPdf(data, places) {
  const library = Reflect.get(globalThis, "pdfjsLib");
  library.GlobalWorkerOptions.workerSrc = places.worker;
  return library.getDocument({
    data,
    cMapUrl: `${places.folder}cmaps/`,
    standardFontDataUrl: `${places.folder}standard_fonts/`,
    wasmUrl: `${places.folder}wasm/`,
    useWasm: false,
    enableXfa: false,
    useSystemFonts: false,
    stopAtErrors: false,
    verbosity: 0,
  }).promise;
}
