// What all figures of a page share: one BokehJS, and the colours of the page.

// The place of BokehJS of some version: `library` is settled as soon as a figure brings it.
export function shelfOf(version) {
  const shelf = (globalThis[Symbol.for('xyzpy_widgets.bokehjs')] ??= new Map());
  if (!shelf.has(version)) {
    const entry = { unpacking: false };
    entry.library = new Promise((resolve) => (entry.resolve = resolve));
    shelf.set(version, entry);
  }
  return shelf.get(version);
}

// Unpacks BokehJS, which was packed with gzip and written in base 64.
export async function unpackLibrary(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const scope = {};
  new Function(await new Response(stream).text()).call(scope); // BokehJS hangs itself on `this`
  return scope.Bokeh;
}

// The browser keeps BokehJS for figures whose notebook has lost it; a browser that keeps nothing goes without.
const addressOf = (version) => `/xyzpy_widgets/bokehjs-${version}`;

export async function keepLibrary(version, packed) {
  await (await caches.open('xyzpy_widgets')).put(addressOf(version), new Response(packed));
}

export async function keptLibrary(version) {
  return (await caches.match(addressOf(version)))?.text();
}

// What a figure does not say of its colours follows the page.
export function inkStyles(ink) {
  const axis = {
    axis_label_text_color: ink,
    axis_line_color: ink,
    major_label_text_color: ink,
    major_tick_line_color: ink,
    minor_tick_line_color: ink,
  };
  const clear = { background_fill_alpha: 0, border_fill_alpha: 0, outline_line_alpha: 0.3, outline_line_color: ink };
  return {
    CategoricalAxis: { ...axis, group_text_color: ink, separator_line_color: ink, subgroup_text_color: ink },
    ColorBar: { background_fill_alpha: 0, major_label_text_color: ink, title_text_color: ink },
    DatetimeAxis: axis,
    Figure: clear,
    Grid: { grid_line_alpha: 0.15, grid_line_color: ink },
    Legend: { background_fill_alpha: 0, border_line_alpha: 0, label_text_color: ink, title_text_color: ink },
    LinearAxis: axis,
    LogAxis: axis,
    Segment: { line_color: ink },
    TeeHead: { line_color: ink },
    Title: { text_color: ink },
    Toolbar: { logo: null },
    VBar: { line_color: ink },
    Whisker: { line_color: ink },
  };
}

export function paintInk(node, style) {
  if (node === null || typeof node !== 'object') return;
  if (node.type === 'object' && style[node.name]) node.attributes = { ...style[node.name], ...node.attributes };
  for (const part of Object.values(node)) paintInk(part, style);
}
