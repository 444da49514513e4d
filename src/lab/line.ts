/** A line to a kernel for one tab alone: it comes and goes without any other view of that kernel noticing. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

const WIDGETS = 'jupyter.widget';
const OUR_COMMS = [WIDGETS, 'jupyter.widget.control', 'jupyter.widget.version'];

/**
 * A line of its own, over which widgets talk too.
 *
 * A second connection that handles comms would close those that it does not know, and would keep a notebook which is
 * opened later from handling any. A clone is not counted, and here it lets strange comms be.
 */
export class Line implements IDisposable {
  readonly kernel: Kernel.IKernelConnection;
  private readonly goneSignal = new Signal<this, void>(this);
  private process = '';
  private known: boolean;

  constructor(
    private readonly source: Kernel.IKernelConnection,
    private readonly kernels: Kernel.IManager,
  ) {
    this.known = [...kernels.running()].some(({ id }) => id === source.id);
    this.kernel = source.clone({ handleComms: true });
    // a comm that comes before anyone here serves widgets would be closed, for all; whoever serves them fetches it
    this.kernel.registerCommTarget(WIDGETS, (comm) => {
      comm.dispose();
    });
    this.kernel.anyMessage.connect(this.heard);
    this.kernel.statusChanged.connect(this.changed);
    kernels.runningChanged.connect(this.listed);
  }

  /** Emitted once when the process behind the line has ended, restarted or not. */
  get gone(): ISignal<this, void> {
    return this.goneSignal;
  }

  get isDisposed(): boolean {
    return this.kernel.isDisposed;
  }

  /** Let what is sent over this line be handled beside a cell that runs, where the kernel can do that. */
  async besideCells(): Promise<void> {
    if (!this.source.supportsSubshells) return;
    const reply = await this.source.requestCreateSubshell({}).done;
    if (!this.isDisposed) this.kernel.subshellId = reply.content.subshell_id;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.kernels.runningChanged.disconnect(this.listed);
    // with the name of a subshell, a connection waits for the kernel to end it
    const { subshellId } = this.kernel;
    this.kernel.subshellId = null;
    if (subshellId && !this.source.isDisposed && this.source.status !== 'dead') {
      this.source.requestDeleteSubshell({ subshell_id: subshellId });
    }
    this.kernel.dispose();
    Signal.clearData(this);
  }

  private readonly heard = (_: unknown, { msg, direction }: Kernel.IAnyMessageArgs): void => {
    if (direction === 'send') return;
    if (this.process === '') this.process = msg.header.session;
    if (this.process !== msg.header.session) this.end();
    else if (isCommOpen(msg) && !OUR_COMMS.includes(msg.content.target_name)) {
      this.kernel.registerCommTarget(msg.content.target_name, () => undefined);
    }
  };

  private readonly changed = (_: unknown, status: Kernel.Status): void => {
    if (['restarting', 'autorestarting', 'dead', 'terminating'].includes(status)) this.end();
  };

  private readonly listed = (_: unknown, running: readonly Kernel.IModel[]): void => {
    const runs = running.some(({ id }) => id === this.kernel.id);
    if (this.known && !runs) this.end();
    this.known ||= runs; // a list that was asked for before the kernel was started does not hold it
  };

  private end(): void {
    this.goneSignal.emit();
  }
}

function isCommOpen(msg: KernelMessage.IMessage): msg is KernelMessage.ICommOpenMsg {
  return msg.channel === 'iopub' && msg.header.msg_type === 'comm_open';
}
