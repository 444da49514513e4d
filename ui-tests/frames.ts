import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page, WebSocket } from '@playwright/test';

import { Notebook } from './notebooks';
import { expect, test } from './page';

/** What `benchmarks/explorer.py` asks for. */
interface Asked {
  readonly ways: readonly string[];
  readonly size: number;
  readonly updates: number;
  readonly seconds: readonly number[];
  readonly folder: string;
  readonly results: string;
}

/** What a page has seen, in milliseconds; of moments, since 1970. */
interface Seen {
  /** How long each frame took. */
  readonly frames: number[];
  /** How long each task took that kept the page from drawing. */
  readonly tasks: number[];
  /** When a frame was shown that has other colours than the one before. */
  readonly changes: number[];
  /** How many frames showed no plot. */
  blank: number;
  /** How often another canvas stood in the place of the plot. */
  swaps: number;
  over: boolean;
}

/** Look at the second cell at every frame, until told to stop. */
async function look(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Seen = { frames: [], tasks: [], changes: [], blank: 0, swaps: 0, over: false };
    const since = Date.now() - performance.now();
    const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[1] ?? document.body;
    const canvasIn = (node: ParentNode): HTMLCanvasElement | null => {
      for (const one of node.querySelectorAll<HTMLElement>('*')) {
        const found = one instanceof HTMLCanvasElement ? one : one.shadowRoot && canvasIn(one.shadowRoot);
        if (found && found.width > 0) return found;
      }
      return null;
    };
    // the middle of the plot; nothing where it is not painted
    const colourOf = (canvas: HTMLCanvasElement): string => {
      const middle = [canvas.width / 2, canvas.height / 2].map(Math.floor) as [number, number];
      const [red = 0, green = 0, blue = 0, alpha = 0] =
        canvas.getContext('2d')?.getImageData(...middle, 1, 1).data ?? [];
      return alpha === 0 || red + green + blue === 765 ? '' : [red, green, blue].join();
    };
    let canvas = canvasIn(cell);
    let colour = canvas ? colourOf(canvas) : '';
    const compare = (): void => {
      const found = canvas?.isConnected ? canvas : canvasIn(cell);
      const shown = found ? colourOf(found) : '';
      if (!found || !shown) seen.blank += 1;
      if (found && found !== canvas) [canvas, seen.swaps] = [found, seen.swaps + 1];
      if (shown && shown !== colour) [colour] = [shown, seen.changes.push(since + performance.now())];
    };
    // a message that is sent while a frame is made comes once it is shown
    const after = new MessageChannel();
    after.port1.onmessage = compare;
    let before = performance.now();
    const frame = (now: number): void => {
      seen.frames.push(now - before);
      before = now;
      after.port2.postMessage(null);
      if (!seen.over) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const tasks = new PerformanceObserver((list) => {
      seen.tasks.push(...list.getEntries().map((entry) => entry.duration));
    });
    tasks.observe({ type: 'longtask' });
    Object.assign(window, { seen });
  });
}

/** Stop to look, once the last update is shown. */
async function seenBy(page: Page): Promise<Seen> {
  let changes = -1;
  await expect(async () => {
    const before = changes;
    changes = await page.evaluate(() => (window as unknown as { seen: Seen }).seen.changes.length);
    expect(changes).toBe(before);
  }).toPass({ intervals: [1000] });
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen };
    seen.over = true;
    return seen;
  });
}

const asked = JSON.parse(process.env.XYZPY_FRAMES ?? '{"ways": []}') as Asked;

for (const [place, way] of asked.ways.entries()) {
  test(way, async ({ page }) => {
    // every connection to a kernel gets all that it tells
    const received = new Map<WebSocket, number>();
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => received.set(socket, (received.get(socket) ?? 0) + payload.length));
    });
    const { size, updates } = asked;
    const loops = asked.seconds.map((seconds, loop) => {
      const turns = `range(${[1 + loop * updates, 1 + (loop + 1) * updates].join()})`;
      return `ways.drive(update, ${size.toString()}, ${turns}, ${seconds.toString()})`;
    });
    const notebook = new Notebook(page, `frames-${place.toString()}.ipynb`);
    const begin = `import sys; sys.path.insert(0, ${JSON.stringify(asked.folder)}); import ways`;
    const make = `shown, update = ways.WAYS[${JSON.stringify(way)}](ways.field(0, ${size.toString()}))`;
    await notebook.open([`${begin}\n${make}`, 'shown', ...loops]);
    for (const cell of [0, 1]) {
      await notebook.run(cell);
      await expect(notebook.cell(cell).locator('.jp-InputPrompt').first()).toHaveText(/\[\d+\]:/);
    }
    await expect(notebook.output(1).locator('canvas').first()).toBeVisible();
    const measured = [];
    for (const [loop, seconds] of asked.seconds.entries()) {
      const output = notebook.output(2 + loop);
      await notebook.ready();
      await look(page);
      received.clear();
      await notebook.run(2 + loop);
      await expect(output).toContainText('took');
      const seen = await seenBy(page);
      const kernel = JSON.parse((await output.locator('pre').first().textContent()) ?? '') as object;
      measured.push({ way, seconds, ...kernel, ...seen, received: Math.max(...received.values()) });
    }
    mkdirSync(asked.results, { recursive: true });
    writeFileSync(join(asked.results, `${place.toString()}.json`), JSON.stringify(measured));
  });
}
