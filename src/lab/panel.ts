import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel } from '@jupyterlab/services';
import { Panel, Widget } from '@lumino/widgets';

import manifest from '../../package.json';
import { type Action, renderNotice, renderWaiting } from '../components/notice';
import { hindrance, type Notice } from '../core/kernels';
import { trans } from '../core/trans';
import { Hindered, lookInto, viewOf, WrongKernel } from './display';
import { Line } from './line';
import { NoWidgets, type TabManager, widgetManagers } from './manager';

/** What is shown: a name for messages, and what the kernel runs to display a widget. */
export interface Shown {
  readonly name: string;
  readonly code: string;
}

/** What is shown, and where it comes from. */
export interface WidgetPanelOptions extends Shown {
  readonly kernels: Kernel.IManager;
  readonly rendermime: IRenderMimeRegistry;
  /**
   * Find or start the kernel; asked again whenever the view is opened anew. The panel talks over a clone of what
   * comes, which must be a notebook's, or made with `handleComms: false`: others close the comms of all widgets.
   */
  readonly connect: () => Promise<Kernel.IKernelConnection>;
  /** What else can be done where the kernel is of a kind that cannot show the view. */
  readonly remedies?: () => readonly Action[];
}

/** Shows the widget that a kernel displays, outside of any notebook. */
export class WidgetPanel extends Panel {
  private line: Line | null = null;
  private manager: TabManager | null = null;
  private tries = 0;

  constructor(private options: WidgetPanelOptions) {
    super();
    this.addClass('xyzpy-WidgetPanel');
    void this.open();
  }

  /** Run the code and show what it displays, in the place of what was shown before. */
  async open(): Promise<void> {
    const attempt = ++this.tries;
    this.hangUp();
    this.put(renderWaiting(trans.__('Opening %1…', this.options.name)));
    try {
      const view = await this.view(() => this.isDisposed || attempt !== this.tries);
      if (view === null) return;
      this.clear();
      this.addWidget(view);
    } catch (error) {
      if (this.isDisposed || attempt !== this.tries) return;
      this.hangUp();
      const remedies = error instanceof WrongKernel ? this.options.remedies?.() : [];
      this.say(noticeOf(error, this.options.name), trans.__('Try again'), remedies);
    }
  }

  /** Show something else from now on; with some code for the kernel, which makes what is there already follow. */
  turnTo(shown: Shown, code?: string): void {
    this.options = { ...this.options, ...shown };
    if (code === undefined || !this.manager) void this.open();
    else this.line?.kernel.requestExecute({ code, silent: true, store_history: false });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.tries += 1;
    this.hangUp();
    super.dispose();
  }

  /** Make the view; null when nobody waits for it any more. */
  private async view(over: () => boolean): Promise<Widget | null> {
    const { code, connect, kernels, rendermime, name } = this.options;
    const makeManager = await widgetManagers(rendermime);
    const source = over() ? null : await connect();
    if (source === null || over()) return null;
    const line = (this.line = new Line(source, kernels));
    line.gone.connect(this.lose);
    await line.besideCells();
    const notice = hindrance(await lookInto(line.kernel), manifest.version, await nameOf(source));
    if (notice) throw new WrongKernel(notice);
    if (over()) return null;
    this.manager = makeManager(line.kernel, rendermime.clone());
    const view = await viewOf(line.kernel, this.manager, code, name);
    if (!over()) return view;
    view.dispose();
    return null;
  }

  private readonly lose = (): void => {
    this.tries += 1;
    this.hangUp();
    const heading = trans.__('%1 is gone', this.options.name);
    const paragraphs = [trans.__('The kernel was restarted or has ended, and what was shown here with it.')];
    this.say({ heading, paragraphs }, trans.__('Open again'));
  };

  private hangUp(): void {
    const { line, manager } = this;
    this.manager = this.line = null;
    line?.gone.disconnect(this.lose);
    this.clear();
    // a view that goes tells the kernel that nobody looks, a moment later
    setTimeout(() => {
      manager?.dispose();
      line?.dispose();
    });
  }

  private say(notice: Notice, again: string, others: readonly Action[] = []): void {
    const retry = { label: again, act: () => void this.open() };
    this.put(renderNotice(notice, [retry, ...others]));
  }

  private put(node: HTMLElement): void {
    this.clear();
    this.addWidget(new Widget({ node }));
  }

  private clear(): void {
    for (const widget of [...this.widgets]) widget.dispose();
  }
}

async function nameOf(kernel: Kernel.IKernelConnection): Promise<string> {
  const spec = await kernel.spec;
  return spec?.display_name ?? kernel.name;
}

function noticeOf(error: unknown, name: string): Notice {
  if (error instanceof Hindered) return error.notice;
  if (error instanceof NoWidgets) {
    return {
      heading: trans.__('JupyterLab shows no widgets here'),
      paragraphs: [
        trans.__('Install its extension for widgets where JupyterLab is installed, then load this page anew:'),
      ],
      command: 'pip install jupyterlab_widgets',
    };
  }
  const said = error instanceof Error ? error.message : String(error);
  return { heading: trans.__('%1 cannot be shown', name), paragraphs: [said] };
}
