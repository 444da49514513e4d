/** How the case map is drawn: pixel by pixel into one image, so that a million cases take a few milliseconds. */

import { type Raster, worstStates } from '../core/casemap';
import { type Colour, type Palette, pixel, press, raise, stampsOf } from '../core/stamps';
import { CASE_STATES } from '../protocol';

/** Read a colour that a style sheet gives as six hexadecimal digits. */
function colourOf(style: CSSStyleDeclaration, name: string): Colour {
  const digits = /#([0-9a-f]{6})/i.exec(style.getPropertyValue(name))?.[1] ?? '808080';
  const whole = Number.parseInt(digits, 16);
  return [(whole >> 16) & 255, (whole >> 8) & 255, whole & 255];
}

/** The colours of the theme that an element stands in. */
function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const pair = (state: string): readonly [Colour, Colour] => [
    colourOf(style, `--xyzpy-map-${state}`),
    colourOf(style, `--xyzpy-map-${state}-mark`),
  ];
  return Object.fromEntries(CASE_STATES.map((state) => [state, pair(state)])) as Palette;
}

/** Draw the states of all cases. */
export function paint(canvas: HTMLCanvasElement, raster: Raster, states: Uint8Array): void {
  const { columns, rows, width, height, gap } = raster;
  const [wide, high] = [columns * width, rows * height];
  const context = canvas.getContext('2d');
  if (!context) return;
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  const image = context.createImageData(wide, high);
  const sheet = { pixels: new Uint32Array(image.data.buffer), width: wide };
  const [worst, palette] = [worstStates(raster, states), paletteOf(canvas)];
  press(sheet, worst, stampsOf(width - gap, height - gap, palette), raster);
  raise(sheet, worst, pixel(palette.failed[0], palette.failed[1], 0), raster);
  context.putImageData(image, 0, 0);
}
