/** What is used of JupyterLab's extension for widgets, which is there at run time or is not: it is never bundled. */
declare module '@jupyter-widgets/jupyterlab-manager' {
  import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
  import type { Kernel } from '@jupyterlab/services';
  import type { IDisposable } from '@lumino/disposable';
  import type { Widget } from '@lumino/widgets';

  /** A widget as the page knows it, whose views can be made. */
  export interface WidgetModel {
    readonly model_id: string;
  }

  /** Keeps the models of the widgets of one kernel, and makes their views. */
  export class LabWidgetManager implements IDisposable {
    readonly isDisposed: boolean;
    get_model(id: string): Promise<WidgetModel>;
    create_view(model: WidgetModel): Promise<{ readonly luminoWidget: Widget }>;
    dispose(): void;
    protected loadClass(name: string, module: string, version: string): Promise<unknown>;
  }

  export class KernelWidgetManager extends LabWidgetManager {
    constructor(kernel: Kernel.IKernelConnection, rendermime: IRenderMimeRegistry);
    /** Fetch the widgets that the kernel has; called at the beginning, and whenever the connection comes again. */
    restoreWidgets(): Promise<void>;
  }

  /** Make the manager of a notebook, which knows every kind of widget that an extension has registered. */
  export function registerWidgetManager(
    context: object,
    rendermime: IRenderMimeRegistry,
    renderers: Iterable<{ manager: LabWidgetManager }>,
  ): IDisposable;
}
