import { KernelMessage, type Kernel } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
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

type ControlKind = KernelMessage.ControlMessageType | 'comm_info_request' | 'kernel_info_request';

/**
 * A line to one kernel, over which its board is heard.
 *
 * The kernel is asked whether there is a board whenever the line stands; one that begins later speaks up. Nothing is
 * run in any kernel.
 */
export class KernelLink {
  private _board: Board | null = null;
  private subshell: Promise<string | null> | null = null;
  private readonly _changed = new Signal<this, Board | null>(this);
  private readonly awaited = new Map<string, (code: string) => void>();
  private subshellId: string | null = null;
  private process = '';
  private hears = false;

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
    const { kernel, subshellId } = this;
    if (kernel.isDisposed) return;
    if (subshellId && kernel.status !== 'dead') this.control('delete_subshell_request', { subshell_id: subshellId });
    kernel.dispose();
  }

  /** Tell the kernel anew how often this page wants to be told. */
  renew(): void {
    if (this._board) void this.greet();
  }

  /** Ask for the code of a sweep. */
  code(sweep: string): Promise<string> {
    const id = crypto.randomUUID();
    const answered = new Promise<string>((resolve) => {
      this.awaited.set(id, resolve);
    });
    void this.say({ kind: 'code', id, sweep });
    return answered;
  }

  private async greet(): Promise<void> {
    for (const said of this.greeting()) await this.say(said);
  }

  /** Say something to the board, which hears it while a cell runs where the kernel can do that. */
  async say(said: Said): Promise<void> {
    const { kernel } = this;
    const subshellId = (this._board?.hears ?? this.hears) ? await (this.subshell ??= this.opened()) : null;
    if (kernel.isDisposed || kernel.status === 'dead') return;
    const message = KernelMessage.createMessage<KernelMessage.ICommMsgMsg<'shell'>>({
      msgType: 'comm_msg',
      channel: 'shell',
      username: kernel.username,
      session: kernel.clientId,
      subshellId,
      content: { comm_id: BOARD, data: { ...said } as JSONObject },
    });
    kernel.sendShellMessage(message, false, true);
  }

  /** Open a subshell of this page in the kernel; it is closed with the line. Null where there can be none. */
  private opened(): Promise<string | null> {
    return this.control('create_subshell_request', {}).done.then(
      ({ content }) => {
        const id: unknown = Reflect.get(content, 'subshell_id');
        return typeof id === 'string' ? (this.subshellId = id) : null;
      },
      () => null, // the line was closed before the kernel answered
    );
  }

  /**
   * Ask whether there is a board.
   *
   * A kernel that runs a cell answers on its control channel alone, and what the server says of its state is no help: a
   * message that a subshell has handled makes it idle there.
   */
  private ask(): void {
    const asked = { target_name: BOARD };
    let known = false;
    const answered = ({ content }: KernelMessage.IMessage): void => {
      const comms: unknown = Reflect.get(content, 'comms');
      if (known || typeof comms !== 'object' || comms === null || !(BOARD in comms)) return;
      known = true;
      void this.greet();
    };
    this.control('kernel_info_request', {}).onReply = ({ content }) => {
      const features: unknown = Reflect.get(content, 'supported_features');
      this.hears = Array.isArray(features) && features.includes('kernel subshells');
    };
    this.control('comm_info_request', asked).onReply = answered;
    this.kernel.requestCommInfo(asked).then(answered, () => {
      // the line was closed before the kernel answered
    });
  }

  private control(msgType: ControlKind, content: JSONObject): Kernel.IControlFuture {
    const { kernel } = this;
    const message = KernelMessage.createMessage<KernelMessage.ICreateSubshellRequestMsg>({
      msgType: msgType as 'create_subshell_request',
      channel: 'control',
      username: kernel.username,
      session: kernel.clientId,
      content,
    });
    return kernel.sendControlMessage(message, true);
  }

  private readonly heard = (_: unknown, message: KernelMessage.IIOPubMessage): void => {
    const { session } = message.header;
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
    if (before && before.serial > board.serial) return;
    this._board = board;
    if (process !== this.process) {
      this.process = process;
      void this.greet();
    }
    this._changed.emit(before);
  }

  private forget(): void {
    const before = this._board;
    this._board = null;
    this.subshell = this.subshellId = null;
    this.process = '';
    this._changed.emit(before);
  }

  private readonly connected = (_: unknown, status: Kernel.ConnectionStatus): void => {
    if (status === 'connected') this.ask();
  };

  private readonly turned = (_: unknown, status: Kernel.Status): void => {
    if (['restarting', 'autorestarting', 'dead'].includes(status)) this.forget();
  };
}
