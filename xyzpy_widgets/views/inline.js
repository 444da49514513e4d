// Draws the figure that lies in `root` as JSON, in the colours of the page. BokehJS comes from `root`, from a figure
// elsewhere on the page that brings it along, or from the browser's memory. Until then the still picture stays.
async function drawFigure(root) {
  const version = root.dataset.bokeh;
  const entry = shelfOf(version);

  const brought = root.querySelector('.xyz-library')?.textContent;
  if (brought && !entry.unpacking) keepLibrary(version, brought).catch(() => undefined);
  const packed = brought ?? (entry.unpacking ? undefined : await keptLibrary(version).catch(() => undefined));
  if (packed && !entry.unpacking) {
    entry.unpacking = true;
    entry.resolve(unpackLibrary(packed));
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
    paintInk(item.doc, inkStyles(ink));
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
