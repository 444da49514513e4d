import { PathExt } from '@jupyterlab/coreutils';
import type { Kernel, ServiceManager, Session } from '@jupyterlab/services';

import { pythonKernels } from '../core/kernels';
import { trans } from '../core/trans';

// the comms of widgets are handled by the line of the tab, see `Line`
const CONNECTED = { kernelConnectionOptions: { handleComms: false } };

/** The kernel of one result file: started for it, found again after a reload, and shut down with its tab. */
export class FileKernel {
  private session: Promise<Session.ISessionConnection> | null = null;
  private path: string;

  constructor(
    private readonly services: Pick<ServiceManager.IManager, 'kernelspecs' | 'sessions'>,
    path: string,
    private chosen = '',
  ) {
    this.path = ownPath(path);
  }

  /** Belong to the file under another path. */
  async rename(path: string): Promise<void> {
    this.path = ownPath(path);
    const session = await this.session;
    await session?.setPath(this.path);
    await session?.setName(PathExt.basename(path));
  }

  /** Find the kernel or start it; one that was given out before is shut down first. */
  async connect(): Promise<Kernel.IKernelConnection> {
    const before = this.session;
    if (before) await this.shutDown();
    this.session = before ? this.start() : this.find();
    const { kernel } = await this.session;
    if (!kernel) throw new Error(trans.__('The server gave no kernel.'));
    return kernel;
  }

  /** Let the next kernel be one of a certain kind. */
  choose(name: string): void {
    this.chosen = name;
  }

  /** The other kinds of kernel that run Python: their names, and what people call them. */
  get others(): readonly (readonly [name: string, display: string])[] {
    const { specs } = this.services.kernelspecs;
    if (!specs) return [];
    const names = pythonKernels(specs);
    const now = this.chosen || names[0];
    return names.filter((name) => name !== now).map((name) => [name, specs.kernelspecs[name]?.display_name ?? name]);
  }

  /** End the kernel, if it runs. */
  async shutDown(): Promise<void> {
    const session = await this.session;
    this.session = null;
    if (!session) return;
    const runs = await this.services.sessions.findById(session.id);
    session.dispose();
    if (runs) await this.services.sessions.shutdown(session.id);
  }

  private async find(): Promise<Session.ISessionConnection> {
    const { sessions } = this.services;
    const model = await sessions.findByPath(this.path);
    if (model?.kernel && ['', model.kernel.name].includes(this.chosen))
      return sessions.connectTo({ model, ...CONNECTED });
    if (model) await sessions.shutdown(model.id);
    return this.start();
  }

  private async start(): Promise<Session.ISessionConnection> {
    const { kernelspecs, sessions } = this.services;
    await kernelspecs.ready;
    const name = this.chosen || (kernelspecs.specs ? pythonKernels(kernelspecs.specs)[0] : undefined);
    if (name === undefined) throw new Error(trans.__('This server has no Python kernel.'));
    const asked = { path: this.path, name: PathExt.basename(this.path), type: 'file', kernel: { name } };
    return sessions.startNew(asked, CONNECTED);
  }
}

/** The path of a session for a file, which nobody takes for his own who opens it too, and closes the comms in it. */
function ownPath(path: string): string {
  return `./${path}`;
}
