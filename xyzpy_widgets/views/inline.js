// Draws the figure that lies in `root` as JSON, in the colours of the page. BokehJS comes from `root`, from a figure
// elsewhere on the page that brings it along, or from the browser's memory. Until then the still picture stays.
async function drawFigure(root) {
  const shelf = (globalThis[Symbol.for('xyzpy_widgets.bokehjs')] ??= new Map());
  const version = root.dataset.bokeh;
  if (!shelf.has(version)) {
    const entry = { unpacking: false };
    entry.library = new Promise((resolve) => (entry.resolve = resolve));
    shelf.set(version, entry);
  }
  const entry = shelf.get(version);

  const unpack = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const scope = {};
    new Function(await new Response(stream).text()).call(scope); // BokehJS hangs itself on `this`
    return scope.Bokeh;
  };

  // What a figure does not say of its colours follows the page.
  const styles = (ink) => {
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
  };
  const paint = (node, style) => {
    if (node === null || typeof node !== 'object') return;
    if (node.type === 'object' && style[node.name]) node.attributes = { ...style[node.name], ...node.attributes };
    for (const part of Object.values(node)) paint(part, style);
  };

  // The browser keeps BokehJS for figures whose notebook has lost it; a browser that keeps nothing goes without.
  const address = `/xyzpy_widgets/bokehjs-${version}`;
  const keep = async (packed) => (await caches.open('xyzpy_widgets')).put(address, new Response(packed));
  const kept = async () => (await caches.match(address))?.text();

  const brought = root.querySelector('.xyz-library')?.textContent;
  if (brought && !entry.unpacking) keep(brought).catch(() => undefined);
  const packed = brought ?? (entry.unpacking ? undefined : await kept().catch(() => undefined));
  if (packed && !entry.unpacking) {
    entry.unpacking = true;
    entry.resolve(unpack(packed));
  }
  const source = root.querySelector('.xyz-figure').textContent;
  let shown = root.querySelector('.xyz-picture');
  if (entry.unpacking) shown.style.visibility = 'hidden'; // no white flash on a dark page

  let inked;
  const draw = async (Bokeh) => {
    const ink = getComputedStyle(root).color;
    if (ink === inked) return;
    inked = ink;
    const item = JSON.parse(source);
    paint(item.doc, styles(ink));
    const host = document.createElement('div');
    host.style.cssText = 'position: absolute; visibility: hidden';
    root.append(host);
    await Bokeh.embed.embed_item(item, host);
    shown.remove();
    shown = host;
    host.style.cssText = '';
  };

  try {
    const Bokeh = await entry.library;
    await draw(Bokeh);
    const redraw = () => setTimeout(() => draw(Bokeh), 100);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    new MutationObserver((_, observer) => (root.isConnected ? redraw() : observer.disconnect())).observe(
      document.body,
      {
        attributeFilter: ['data-jp-theme-name'],
      },
    );
  } catch (error) {
    shown.style.visibility = 'visible';
    throw error;
  }
}
