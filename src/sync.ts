/** The way between a widget on the page and its model in the kernel. Every subscription ends with its signal. */

import type { AnyModel } from '@anywidget/types';

import { trans } from './core/trans';
import {
  type Answer,
  isSent,
  type Message,
  type Question,
  type Refusal,
  type Replies,
  type Request,
  type Sent,
} from './protocol';

/** A widget's model as the page holds it. */
export type Model<Traits extends object> = AnyModel<Traits>;

/** Call `act` whenever one of some traits has changed. */
export function observe<Traits extends object>(
  model: Model<Traits>,
  names: readonly (keyof Traits & string)[],
  act: () => void,
  signal: AbortSignal,
): void {
  for (const name of names) {
    model.on(`change:${name}`, act);
    signal.addEventListener('abort', () => {
      model.off(`change:${name}`, act);
    });
  }
}

/** Call `act` with each custom message of the kernel, and its buffers. */
export function listen<Traits extends object>(
  model: Model<Traits>,
  act: (sent: Sent, buffers: readonly DataView[]) => void,
  signal: AbortSignal,
): void {
  const heard = (sent: unknown, buffers?: readonly DataView[]): void => {
    if (isSent(sent)) act(sent, buffers ?? []);
  };
  model.on('msg:custom', heard);
  signal.addEventListener('abort', () => {
    model.off('msg:custom', heard);
  });
}

/** Change traits here and in the kernel, in one message. */
export function set<Traits extends object>(model: Model<Traits>, changes: Partial<Traits>): void {
  for (const [name, value] of Object.entries(changes)) {
    model.set(name as keyof Traits, value as Traits[keyof Traits]);
  }
  model.save_changes();
}

/** Tell the kernel something that it does not answer; false when it is gone, as the page says by itself. */
export function tell<Traits extends object>(model: Model<Traits>, message: Message): boolean {
  try {
    model.send(message);
    return true;
  } catch {
    return false;
  }
}

let asked = 0;

/** Ask the kernel, and wait for the answer; rejects when it refuses, and when the signal is aborted before. */
export function ask<Kind extends Request['kind'], Traits extends object>(
  model: Model<Traits>,
  request: Extract<Request, { kind: Kind }>,
  signal: AbortSignal,
): Promise<Replies[Kind]> {
  const id = `${String(Date.now())}-${String(asked++)}`;
  const answered = new AbortController();
  const question: Question = { kind: 'ask', id, request };
  return new Promise<Replies[Kind]>((resolve, reject) => {
    const settle = (sent: Answer | Refusal): void => {
      answered.abort();
      if (sent.kind === 'answer') resolve(sent.reply as Replies[Kind]);
      else reject(new Error(sent.said));
    };
    listen(
      model,
      (sent) => {
        if ((sent.kind === 'answer' || sent.kind === 'refusal') && sent.id === id) settle(sent);
      },
      AbortSignal.any([signal, answered.signal]),
    );
    signal.addEventListener('abort', () => {
      reject(new Error(trans.__('The view was closed.')));
    });
    try {
      model.send(question);
    } catch {
      answered.abort();
      reject(new Error(trans.__('The kernel is gone.')));
    }
  });
}
