import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification, WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { spreadsheetIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { call } from '../core/kernels';
import { type Catalogue, trans } from '../core/trans';
import { type ExplorerDocument, ExplorerFactory, PathModelFactory } from './document';
import { FileKernel } from './file_kernel';
import { type Shown, WidgetPanel } from './panel';
import { ICatalogue } from './translation';

const FILES = { factory: 'Explorer', model: 'xyzpy-file', fileType: 'xyzpy-dataset', type: 'file' } as const;
/** `schema/plugin.json` names this type of file too: its folders have an item of their own in the context menu. */
const FOLDERS = {
  factory: 'Explorer of a folder',
  model: 'xyzpy-folder',
  fileType: 'xyzpy-zarr',
  type: 'directory',
} as const;

/** What `explore-file` takes. */
function exploreArgs(): ReadonlyJSONObject {
  return {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description: trans.__(
          'The file, or the folder of zarr, from the root of the server; without one, what is selected',
        ),
      },
      kernel: {
        type: 'string',
        description: trans.__('The name of a kind of kernel, in the place of the usual one'),
      },
    },
  };
}

/** Register result files as documents which are opened as explorers, and return what keeps track of their tabs. */
function registerDocuments(app: JupyterFrontEnd, rendermime: IRenderMimeRegistry): WidgetTracker<ExplorerDocument> {
  const { docRegistry, serviceManager } = app;
  const tracker = new WidgetTracker<ExplorerDocument>({ namespace: 'xyzpy-widgets-explorer' });
  docRegistry.addFileType({
    name: FILES.fileType,
    displayName: trans.__('Labelled Dataset'),
    extensions: ['.h5', '.nc', '.nc4', '.hdf5'],
    fileFormat: 'base64',
    icon: spreadsheetIcon,
  });
  docRegistry.addFileType({
    name: FOLDERS.fileType,
    displayName: trans.__('Labelled Dataset'),
    pattern: '^.*\\.zarr$',
    contentType: 'directory',
    icon: spreadsheetIcon,
  });
  for (const { factory: name, model, fileType, type } of [FILES, FOLDERS]) {
    docRegistry.addModelFactory(new PathModelFactory(model, type));
    const label = type === 'directory' ? trans.__('Explorer of a folder') : trans.__('Explorer');
    const options = { name, label, modelName: model, fileTypes: [fileType], defaultFor: [fileType], readOnly: true };
    const factory = new ExplorerFactory(options, (context) => panelOf(context, serviceManager, rendermime, type));
    factory.widgetCreated.connect((_, tab) => {
      tab.title.icon = spreadsheetIcon;
      void tracker.add(tab);
      tab.context.pathChanged.connect(() => void tracker.save(tab));
    });
    // the declarations of JupyterLab contradict one another where an optional property may not be undefined
    docRegistry.addWidgetFactory(factory as DocumentRegistry.WidgetFactory);
  }
  return tracker;
}

interface Renamed {
  readonly before: string;
  readonly path: string;
  readonly type: 'file' | 'directory';
  readonly shown: Shown;
  readonly kernel: FileKernel;
  readonly panel: WidgetPanel;
}

/** Go on with a file that has another path now; one that is elsewhere is read by a kernel that works there. */
async function follow({ before, path, type, shown, kernel, panel }: Renamed): Promise<void> {
  await kernel.rename(path);
  const stays = type === 'file' && PathExt.dirname(path) === PathExt.dirname(before);
  const names = [before, path].map((one) => PathExt.basename(one));
  panel.turnTo(shown, stays ? call('widgets.opened', 'rename_file', ...names) : undefined);
}

/** Make the content of a tab, and the kernel behind it. */
function panelOf(
  context: DocumentRegistry.Context,
  services: JupyterFrontEnd['serviceManager'],
  rendermime: IRenderMimeRegistry,
  type: 'file' | 'directory',
): WidgetPanel {
  let path = services.contents.localPath(context.path);
  const shown = (): Shown => {
    const name = PathExt.basename(path);
    // the server starts the kernel of a folder inside of it, and that of a file beside it
    return { name, code: call('widgets.opened', 'explore_file', type === 'directory' ? '.' : name) };
  };
  const kernel = new FileKernel(services, path, context.sessionContext.kernelPreference.name);
  const panel: WidgetPanel = new WidgetPanel({
    ...shown(),
    kernels: services.kernels,
    rendermime,
    connect: () => kernel.connect(),
    remedies: () =>
      kernel.others.map(([spec, display]) => ({
        label: trans.__('Use “%1”', display),
        act: () => {
          kernel.choose(spec);
          void panel.open();
        },
      })),
  });
  context.pathChanged.connect((_, now) => {
    const before = path;
    path = services.contents.localPath(now);
    follow({ before, path, kernel, panel, shown: shown(), type }).catch((error: unknown) => {
      Notification.error(trans.__('%1 could not be followed: %2', shown().name, String(error)));
    });
  });
  panel.disposed.connect(() => {
    kernel.shutDown().catch((error: unknown) => {
      Notification.error(trans.__('The kernel of %1 could not be shut down: %2', shown().name, String(error)));
    });
  });
  return panel;
}

/** Opens result files as explorers, in kernels of their own. */
export const opener: JupyterFrontEndPlugin<void> = {
  id: 'xyzpy-widgets:opener',
  description: 'Opens netCDF, HDF5 and zarr as explorers of xyzpy_widgets, in kernels of their own.',
  autoStart: true,
  requires: [ICatalogue, IRenderMimeRegistry],
  optional: [IFileBrowserFactory, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    _: Catalogue,
    rendermime: IRenderMimeRegistry,
    browsers: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const { commands, serviceManager } = app;
    const tracker = registerDocuments(app, rendermime);
    const factoryOf = (type: string): string => (type === 'directory' ? FOLDERS : FILES).factory;
    void restorer?.restore(tracker, {
      command: 'docmanager:open',
      args: ({ context }) => ({ path: context.path, factory: factoryOf(context.contentsModel?.type ?? 'file') }),
      name: ({ context }) => context.path,
    });

    const selected = (): string => [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])][0]?.path ?? '';
    const pathIn = ({ path }: { readonly path?: unknown }): string => (typeof path === 'string' ? path : selected());
    commands.addCommand(CommandIDs.exploreFile, {
      label: trans.__('Explore'),
      caption: trans.__('Look at a result file as plots and tables, in a kernel of its own, without writing code'),
      icon: spreadsheetIcon,
      describedBy: { args: exploreArgs() },
      isEnabled: (args) => pathIn(args) !== '',
      execute: async (args) => {
        const path = pathIn(args);
        const { type } = await serviceManager.contents.get(path, { content: false });
        const kernel = typeof args.kernel === 'string' ? { kernel: { name: args.kernel } } : {};
        const tab: unknown = await commands.execute('docmanager:open', { path, factory: factoryOf(type), ...kernel });
        return tab;
      },
    });
  },
};
