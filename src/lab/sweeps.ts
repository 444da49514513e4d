import type { Kernel, KernelSpec, ServiceManager, Session } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { fileOf, turnsBetween, type SweepRow, type Turn } from '../core/board';
import { preferMessage } from '../core/preferences';
import type { Board, ControlWord } from '../protocol';
import { KernelLink, type Said } from './link';
import type { Preferred } from './preferred';

/** A sweep whose run finished, was held or ended by an error. */
export interface Turned {
  readonly row: SweepRow;
  readonly turn: Turn;
}

/** The sweeps of all running kernels, whether their notebooks are open or not. */
export class Sweeps {
  private readonly links = new Map<string, KernelLink>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _turned = new Signal<this, Turned>(this);
  private readonly page = UUID.uuid4();
  private readonly lookers = new Set<string>();

  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly preferred: Preferred,
  ) {
    services.kernels.runningChanged.connect(() => {
      this.update();
    });
    preferred.changed.connect(() => {
      this.renew();
    });
    services.sessions.runningChanged.connect(() => {
      this._changed.emit();
    });
    document.addEventListener('visibilitychange', () => {
      this.renew();
    });
    void Promise.all([services.kernels.ready, services.kernelspecs.ready]).then(() => {
      this.update();
    });
  }

  /** Emitted when a sweep has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when a run has finished, is held, or was ended by an error. */
  get turned(): ISignal<this, Turned> {
    return this._turned;
  }

  /** Every sweep of every kernel, the oldest of each first. */
  rows(): readonly SweepRow[] {
    return [...this.links].flatMap(([id, { board }]) => (board ? this.rowsOf(id, board) : []));
  }

  /** A sweep as it stands, which is known by its key in later processes of the notebook too; null without one. */
  known({ kernel, session, key }: Pick<SweepRow, 'kernel' | 'session' | 'key'>): SweepRow | null {
    const found = this.rows().filter((row) => row.key === key);
    const here = found.filter((row) => row.kernel === kernel);
    const again = here.length ? here : found.filter((row) => session !== '' && row.session === session);
    return again[again.length - 1] ?? null;
  }

  /** A sweep as it stands, with its newest run; null for one that is not there. */
  find(kernel: string, sweep: string): SweepRow | null {
    return (
      this.rows()
        .filter((row) => row.kernel === kernel && row.id === sweep)
        .at(-1) ?? null
    );
  }

  /** The line to a kernel, over which others may be opened. */
  kernel(id: string): Kernel.IKernelConnection | null {
    return this.links.get(id)?.kernel ?? null;
  }

  /** Say whether a part of the page shows the sweeps now. */
  look(part: string, seen: boolean): void {
    const before = this.lookers.size;
    if (seen) this.lookers.add(part);
    else this.lookers.delete(part);
    if (!before !== !this.lookers.size) this.renew();
  }

  /** Ask a kernel for the code of a sweep; empty for a plain function. */
  async code({ kernel, id }: SweepRow): Promise<string> {
    return (await this.links.get(kernel)?.code(id)) ?? '';
  }

  /** Steer a run, also while a cell of its kernel runs. */
  steer({ kernel, id, run }: SweepRow, word: ControlWord): void {
    this.links.get(kernel)?.say({ kind: 'control', sweep: id, run, word });
  }

  private renew(): void {
    for (const link of this.links.values()) link.renew();
  }

  private greeting(): readonly Said[] {
    const { refreshIfHidden, refreshSeconds } = this.preferred.now;
    const seen = refreshIfHidden || (this.lookers.size > 0 && document.visibilityState === 'visible');
    return [preferMessage(this.preferred.now), { kind: 'watch', page: this.page, every: seen ? refreshSeconds : null }];
  }

  private rowsOf(kernel: string, board: Board): readonly SweepRow[] {
    const found = [...this.services.sessions.running()].find((one: Session.IModel) => one.kernel?.id === kernel);
    const session = found?.path ?? '';
    const place = found ? found.name || fileOf(session) : (this.links.get(kernel)?.kernel.name ?? '');
    return board.lines.map((line) => ({ ...line, kernel, session, place }));
  }

  /** Open a line to every new kernel, and close those to kernels that are gone. */
  private update(): void {
    const running = new Map([...this.services.kernels.running()].map((model) => [model.id, model]));
    for (const [id, link] of this.links) {
      if (running.has(id)) continue;
      this.links.delete(id);
      link.dispose();
    }
    for (const model of running.values()) {
      if (!this.links.has(model.id) && speaksPython(model, this.services.kernelspecs.specs)) this.open(model);
    }
    this._changed.emit();
  }

  private open(model: Kernel.IModel): void {
    const kernel = this.services.kernels.connectTo({ model, handleComms: false });
    const link = new KernelLink(kernel, () => this.greeting());
    this.links.set(model.id, link);
    link.changed.connect((_, before) => {
      this._changed.emit();
      const { board } = link;
      if (!board) return;
      const rows = new Map(this.rowsOf(model.id, board).map((row) => [row.run, row]));
      for (const [{ run }, turn] of turnsBetween(before, board)) {
        const row = rows.get(run);
        if (row) this._turned.emit({ row, turn });
      }
    });
  }
}

function speaksPython({ name }: Kernel.IModel, specs: KernelSpec.ISpecModels | null): boolean {
  const language = specs?.kernelspecs[name]?.language;
  return language === undefined || language === 'python';
}
