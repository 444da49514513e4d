import { KernelMessage, type Kernel } from '@jupyterlab/services';
import { UUID, type JSONObject } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import {
  BOARD,
  isBoardMessage,
  isCodeReply,
  type Board,
  type CodeMessage,
  type ListenMessage,
  type PreferMessage,
  type SteerMessage,
} from '../protocol';

/** What is said to the board of a kernel. */
export type Said = CodeMessage | ListenMessage | PreferMessage | SteerMessage;

/** How many milliseconds pass before a kernel is asked again: at first, and at the most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

type ControlKind = 'comm_info_request' | 'comm_msg';

/**
 * A line to one kernel, over which its board is heard.
 *
 * The kernel is asked whether there is a board whenever the line stands; one that begins later speaks up. What it says
 * while the server still connects the line is lost, so it is asked again until something was heard. Nothing is run in
 * any kernel.
 */
export class KernelLink {
  private _board: Board | null = null;
  private readonly _changed = new Signal<this, Board | null>(this);
  private readonly awaited = new Map<string, (code: string) => void>();
  private process = '';
  /** Whether anything was heard of the kernel since the line stands: then nothing more is lost. */
  private hearing = false;
  /** Whether it has told its board since then, or that it has none. */
  private answered = false;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly kernel: Kernel.IKernelConnection,
    private readonly greeting: () => readonly Said[],
  ) {
    kernel.iopubMessage.connect(this.heard);
    kernel.statusChanged.connect(this.turned);
    kernel.connectionStatusChanged.connect(this.connected);
    if (kernel.connectionStatus === 'connected') this.ask();
  }

  /** What the kernel said last; null before it has said anything. */
  get board(): Board | null {
    return this._board;
  }

  /** Emitted whenever the kernel has told its board, with what it told before. */
  get changed(): ISignal<this, Board | null> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.kernel.isDisposed;
  }

  dispose(): void {
    Signal.clearData(this);
    clearTimeout(this.again);
    this.kernel.dispose();
  }

  /** Tell the kernel anew how often this page wants to be told. */
  renew(): void {
    if (this._board) this.greet();
  }

  /** Ask for the code of a sweep. */
  code(sweep: string): Promise<string> {
    const id = UUID.uuid4();
    const answered = new Promise<string>((resolve) => {
      this.awaited.set(id, resolve);
    });
    this.say({ kind: 'code', id, sweep });
    return answered;
  }

  private get over(): boolean {
    return this.kernel.isDisposed || this.kernel.status === 'dead';
  }

  private greet(): void {
    for (const said of this.greeting()) this.say(said);
  }

  /**
   * Say something to the board: on the control channel where it listens there, as a busy kernel reads no other.
   *
   * A kernel that has not told yet where it listens is spoken to on both, and listens on one.
   */
  say(said: Said): void {
    if (this.over) return;
    const content = { comm_id: BOARD, data: { ...said } as JSONObject };
    if (this._board?.hears ?? true) this.control('comm_msg', content, false);
    if (this._board?.hears) return;
    const { username, clientId: session } = this.kernel;
    const message = { msgType: 'comm_msg', channel: 'shell', username, session, content } as const;
    this.kernel.sendShellMessage(KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>(message), false, true);
  }

  /**
   * Ask whether there is a board, and again until that is known.
   *
   * A kernel that runs a cell answers on its control channel alone, and what the server says of its state is no help.
   */
  private ask(pause = FIRST_PAUSE): void {
    if (this.over) return;
    const asked = { target_name: BOARD };
    let greeted = false;
    const answered = ({ content }: KernelMessage.IMessage): void => {
      const comms: unknown = Reflect.get(content, 'comms');
      if (greeted || typeof comms !== 'object' || comms === null) return;
      greeted = BOARD in comms;
      if (greeted) this.greet();
      else this.answered = true;
    };
    this.control('comm_info_request', asked, true).onReply = answered;
    if (pause === FIRST_PAUSE) {
      this.kernel.requestCommInfo(asked).then(answered, () => {
        // the line was closed before the kernel answered
      });
    }
    this.again = setTimeout(() => {
      if (!this.answered || !this.hearing) this.ask(Math.min(2 * pause, LONGEST_PAUSE));
    }, pause);
  }

  private control(msgType: ControlKind, content: JSONObject, answers: boolean): Kernel.IControlFuture {
    const { kernel } = this;
    const message = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
      msgType: msgType as 'create_subshell_request',
      channel: 'control',
      username: kernel.username,
      session: kernel.clientId,
      content,
    });
    return kernel.sendControlMessage(message, answers);
  }

  private readonly heard = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    const { session } = message.header;
    this.hearing = true;
    // what a kernel runs, it alone tells; under another name, it is another process
    if (KernelMessage.isExecuteInputMsg(message) && this.process && session !== this.process) this.forget();
    if (!KernelMessage.isCommMsgMsg(message) || message.content.comm_id !== BOARD) return;
    const said: unknown = message.content.data;
    if (isBoardMessage(said)) this.take(said.board, session);
    if (isCodeReply(said)) {
      this.awaited.get(said.id)?.(said.code);
      this.awaited.delete(said.id);
    }
  };

  private take(board: Board, process: string): void {
    const before = process === this.process ? this._board : null;
    this.answered = true;
    if (before && before.serial > board.serial) return;
    this._board = board;
    if (process !== this.process) {
      this.process = process;
      this.greet();
    }
    this._changed.emit(before);
  }

  private forget(): void {
    const before = this._board;
    this._board = null;
    this.process = '';
    this._changed.emit(before);
  }

  private readonly connected = (_: unknown, status: Kernel.ConnectionStatus): void => {
    clearTimeout(this.again);
    this.hearing = this.answered = false;
    if (status === 'connected') this.ask();
  };

  private readonly turned = (_: unknown, status: Kernel.Status): void => {
    if (['restarting', 'autorestarting', 'dead'].includes(status)) this.forget();
  };
}
