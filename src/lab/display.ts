import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

import { ASKED, type Expression, failure, type Found, foundIn, type Notice } from '../core/kernels';
import { trans } from '../core/trans';
import type { TabManager } from './manager';

const VIEW = 'application/vnd.jupyter.widget-view+json';

/** Something that is said in the place of a view. */
export class Hindered extends Error {
  constructor(readonly notice: Notice) {
    super(notice.heading);
  }
}

/** What is in the way lies in the kind of kernel. */
export class WrongKernel extends Hindered {}

/** Ask a kernel for the version that it has of the package. */
export async function lookInto(kernel: Kernel.IKernelConnection): Promise<Found> {
  const request = { code: '', silent: true, store_history: false, user_expressions: ASKED };
  const { content } = await kernel.requestExecute(request).done;
  return foundIn(content.status === 'ok' ? (content.user_expressions as Record<string, Expression>) : {});
}

/** Run some code, unseen; return the id of the model of the widget that it displays. */
async function displayed(kernel: Kernel.IKernelConnection, code: string, what: string): Promise<string> {
  let id = '';
  const future = kernel.requestExecute({ code, silent: false, store_history: false, allow_stdin: false });
  future.onIOPub = (msg) => {
    id = viewIn(msg) || id;
  };
  const { content } = await future.done;
  if (content.status === 'error') {
    const { ename, evalue, traceback } = content;
    throw new Hindered(failure(what, ename, evalue, traceback));
  }
  if (id === '') {
    const heading = trans.__('%1 cannot be shown', what);
    throw new Hindered({ heading, paragraphs: [trans.__('Nothing was displayed.')] });
  }
  return id;
}

function viewIn(msg: KernelMessage.IIOPubMessage): string {
  const content: unknown = msg.content;
  const data: unknown = typeof content === 'object' && content !== null ? Reflect.get(content, 'data') : null;
  const view: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, VIEW) : null;
  const id: unknown = typeof view === 'object' && view !== null ? Reflect.get(view, 'model_id') : null;
  return typeof id === 'string' ? id : '';
}

/** Run some code, and make a view of the widget that it displays. */
export async function viewOf(
  kernel: Kernel.IKernelConnection,
  manager: TabManager,
  code: string,
  what: string,
): Promise<Widget> {
  // what the kernel tells of a widget while those that are there already are fetched would be lost
  await manager.fetched;
  const id = await displayed(kernel, code, what);
  const view = await manager.create_view(await manager.get_model(id));
  return view.luminoWidget;
}
