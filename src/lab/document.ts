/** Result files as documents of JupyterLab, whose content never comes into the page: a kernel reads them. */

import {
  ABCWidgetFactory,
  DocumentModel,
  type DocumentRegistry,
  DocumentWidget,
  type IDocumentWidget,
  TextModelFactory,
} from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';

import type { WidgetPanel } from './panel';

/** A kind of document that is known by its path alone: without a format, JupyterLab asks for no content. */
export class PathModelFactory extends TextModelFactory {
  constructor(
    private readonly named: string,
    private readonly type: Contents.ContentType,
  ) {
    super(false);
  }

  override get name(): string {
    return this.named;
  }

  override get contentType(): Contents.ContentType {
    return this.type;
  }

  override get fileFormat(): null {
    return null;
  }

  /** Make a model that somebody else seems to save: JupyterLab writes neither it nor a checkpoint, a copy of the file. */
  override createNew(options: Parameters<TextModelFactory['createNew']>[0] = {}): DocumentModel {
    return new DocumentModel({ ...options, collaborationEnabled: true });
  }
}

/** The tab of a result file. */
export type ExplorerDocument = IDocumentWidget<WidgetPanel>;

/** Makes the tabs of result files. */
export class ExplorerFactory extends ABCWidgetFactory<ExplorerDocument> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<ExplorerDocument>,
    private readonly panelOf: (context: DocumentRegistry.Context) => WidgetPanel,
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): ExplorerDocument {
    const tab = new DocumentWidget({ content: this.panelOf(context), context });
    tab.toolbar.hide();
    return tab;
  }
}
