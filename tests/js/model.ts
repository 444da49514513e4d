import type { AnyModel } from '@anywidget/types';

import type { Question, Replies, Sent } from '../../src/protocol';

type Act = (...given: unknown[]) => void;

/** What a kernel answers to each kind of request. */
export type Answers = { readonly [Kind in keyof Replies]?: Replies[Kind] | Error };

function isQuestion(content: unknown): content is Question {
  return typeof content === 'object' && content !== null && 'kind' in content && content.kind === 'ask';
}

/** A model without a kernel: it holds traits, remembers what is sent, and answers as it is told to. */
export class FakeModel<Traits extends object> {
  /** Every message that was sent, in order. */
  readonly sent: unknown[] = [];
  /** How often changes were saved. */
  saved = 0;
  private readonly acts = new Map<string, Set<Act>>();

  constructor(
    private readonly traits: Traits,
    private readonly answers: Answers = {},
  ) {}

  get<Name extends keyof Traits>(name: Name): Traits[Name] {
    return this.traits[name];
  }

  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void {
    this.traits[name] = value;
    this.tell(`change:${String(name)}`);
  }

  on(event: string, act: Act): void {
    this.acts.set(event, (this.acts.get(event) ?? new Set()).add(act));
  }

  off(event: string, act: Act): void {
    this.acts.get(event)?.delete(act);
  }

  save_changes(): void {
    this.saved += 1;
  }

  send(content: unknown): void {
    this.sent.push(content);
    if (!isQuestion(content)) return;
    const reply = this.answers[content.request.kind];
    if (reply instanceof Error) this.hear({ kind: 'refusal', id: content.id, said: reply.message });
    else if (reply) this.hear({ kind: 'answer', id: content.id, reply });
  }

  /** Take a message as if the kernel had sent it. */
  hear(sent: Sent, buffers: readonly DataView[] = []): void {
    this.tell('msg:custom', sent, buffers);
  }

  /** How many subscriptions there are. */
  get heard(): number {
    return [...this.acts.values()].reduce((sum, acts) => sum + acts.size, 0);
  }

  /** The model as a widget takes it. */
  get any(): AnyModel<Traits> {
    return this as unknown as AnyModel<Traits>;
  }

  private tell(event: string, ...given: unknown[]): void {
    for (const act of [...(this.acts.get(event) ?? [])]) act(...given);
  }
}
