/** Widgets outside of notebooks: JupyterLab's extension for widgets, asked to serve a connection of our own. */

import type * as lab from '@jupyter-widgets/jupyterlab-manager';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

/** JupyterLab shows no widgets at all. */
export class NoWidgets extends Error {}

/** The manager of a kernel's widgets for a tab. */
export interface TabManager extends lab.LabWidgetManager {
  /** Resolves when the widgets that the kernel has had before are known. */
  readonly fetched: Promise<void>;
}

/** Makes the manager of a kernel's widgets. */
export type ManagerFactory = (kernel: Kernel.IKernelConnection, rendermime: IRenderMimeRegistry) => TabManager;

/** Make what makes managers; rejects with `NoWidgets` where the extension for widgets is missing. */
export async function widgetManagers(rendermime: IRenderMimeRegistry): Promise<ManagerFactory> {
  let library: typeof lab;
  try {
    library = await import('@jupyter-widgets/jupyterlab-manager');
  } catch (error) {
    throw new NoWidgets('JupyterLab shows no widgets here', { cause: error });
  }
  const known = await catalogue(library, rendermime);

  class Manager extends library.KernelWidgetManager {
    declare fetched: Promise<void>; // set while the other constructor runs

    override restoreWidgets(): Promise<void> {
      this.fetched = super.restoreWidgets();
      return this.fetched;
    }

    protected override loadClass(name: string, module: string, version: string): Promise<unknown> {
      return known(name, module, version);
    }
  }
  return (kernel, registry) => new Manager(kernel, registry);
}

/**
 * Return what finds the classes of every widget that an extension has registered, or will.
 *
 * The registry gives them to managers of notebooks alone. So one is made, of a notebook that is empty and whose kernel
 * does nothing.
 */
async function catalogue(
  library: typeof lab,
  rendermime: IRenderMimeRegistry,
): Promise<(name: string, module: string, version: string) => Promise<unknown>> {
  const manager = await new Promise<lab.LabWidgetManager>((resolve) => {
    const renderer = {
      set manager(made: lab.LabWidgetManager) {
        resolve(made);
      },
    };
    library.registerWidgetManager(emptyNotebook(), rendermime.clone(), [renderer]);
  });
  const find: unknown = Reflect.get(manager, 'loadClass');
  if (typeof find !== 'function') throw new NoWidgets('this version of JupyterLab’s widgets is not known');
  return (name, module, version) => find.call(manager, name, module, version) as Promise<unknown>;
}

function emptyNotebook(): object {
  const owner = {};
  const signal = (): Signal<object, unknown> => new Signal(owner);
  const kernel = {
    id: 'xyzpy-widgets',
    handleComms: false,
    registerCommTarget: () => undefined,
    removeCommTarget: () => undefined,
  };
  return {
    model: { getMetadata: () => undefined },
    saveState: signal(),
    sessionContext: {
      ready: Promise.resolve(),
      session: { kernel },
      kernelChanged: signal(),
      statusChanged: signal(),
      connectionStatusChanged: signal(),
    },
  };
}
