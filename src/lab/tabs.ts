import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel } from '@jupyterlab/services';

import type { SweepRow } from '../core/board';
import { trans } from '../core/trans';
import { sweepsIcon } from './icon';
import type { Sweeps } from './sweeps';
import { WidgetTab } from './tab';

/** What is shown of a sweep. */
export type View = 'panel' | 'plan' | 'explorer';

/** What a tab shows, so that the same is shown after the page was loaded anew. */
export interface TabArgs extends Pick<SweepRow, 'kernel' | 'session' | 'key' | 'name'> {
  readonly view: View;
}

/** Whether some arguments are those of a tab. */
export function isTabArgs(
  given: Readonly<Record<string, unknown>>,
): given is Readonly<Record<string, unknown>> & TabArgs {
  const texts = ['kernel', 'session', 'key', 'name'];
  return isView(given.view) && texts.every((name) => typeof given[name] === 'string');
}

/** Whether a word is that of a view. */
export function isView(given: unknown): given is View {
  return given === 'panel' || given === 'plan' || given === 'explorer';
}

interface Around {
  readonly shell: JupyterFrontEnd.IShell;
  readonly sweeps: Sweeps;
  readonly kernels: Kernel.IManager;
  readonly rendermime: IRenderMimeRegistry;
  readonly tracker: WidgetTracker<WidgetTab>;
}

/** The tabs of the main area that show sweeps; they come and go with their kernels, and are found again after a reload. */
export class Tabs {
  private readonly args = new Map<WidgetTab, TabArgs>();
  private readonly lost = new Set<WidgetTab>();

  constructor(private readonly around: Around) {
    around.sweeps.changed.connect(() => {
      this.reconnect();
    });
  }

  /** What a tab shows. */
  argsOf(tab: WidgetTab): TabArgs | null {
    return this.args.get(tab) ?? null;
  }

  /** Show a view of a sweep, beside the notebook that is open. */
  open(args: TabArgs, beside: string | null): WidgetTab {
    const id = idOf(args);
    const { shell, tracker } = this.around;
    const open = tracker.find((tab) => tab.id === id);
    const tab = open ?? this.made(args, id);
    if (!open) {
      const other = tracker.currentWidget;
      void tracker.add(tab);
      const next = other?.isAttached ? ({ mode: 'tab-after', ref: other.id } as const) : null;
      shell.add(tab, 'main', next ?? (beside === null ? {} : { mode: 'split-right', ref: beside }));
    }
    shell.activateById(id);
    return tab;
  }

  private made(args: TabArgs, id: string): WidgetTab {
    const { kernels, rendermime } = this.around;
    const words: Readonly<Record<View, string>> = {
      panel: trans.__('Panel'),
      plan: trans.__('Plan'),
      explorer: trans.__('Explorer'),
    };
    const tab: WidgetTab = new WidgetTab({
      id,
      name: args.name,
      caption: trans.__('%1: %2', words[args.view], args.name),
      icon: sweepsIcon,
      kernels,
      rendermime,
      code: showCode(args),
      connect: () =>
        this.connect(args).catch((error: unknown) => {
          this.lost.add(tab);
          throw error;
        }),
    });
    this.args.set(tab, args);
    tab.disposed.connect(() => {
      this.args.delete(tab);
      this.lost.delete(tab);
    });
    return tab;
  }

  /** Find the kernel that has the sweep now. */
  private connect(args: TabArgs): Promise<Kernel.IKernelConnection> {
    const { sweeps } = this.around;
    const row = sweeps.known(args);
    const kernel = row && sweeps.kernel(row.kernel);
    if (kernel) return Promise.resolve(kernel);
    const where = args.session || trans.__('its notebook');
    const said = trans.__('No running kernel has %1 now. Open %2 and run the cell that makes it.', args.name, where);
    return Promise.reject(new Error(said));
  }

  /** Open the tabs anew whose sweeps are there again. */
  private reconnect(): void {
    for (const [tab, args] of this.args) {
      const there = this.around.sweeps.known(args) !== null;
      if (!there) this.lost.add(tab);
      else if (this.lost.delete(tab)) void tab.content.open();
    }
  }
}

function idOf({ view, kernel, session, key }: TabArgs): string {
  return `xyzpy-widgets:${view}:${session || kernel}:${key}`;
}

/** What the kernel runs to display a view. */
export function showCode({ view, key }: Pick<TabArgs, 'view' | 'key'>): string {
  const said = [view, key].map((text) => JSON.stringify(text)).join(', ');
  return `__import__("xyzpy_widgets.lab.showing", fromlist=["show"]).show(${said})`;
}
