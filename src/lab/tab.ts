import { MainAreaWidget } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';

import { WidgetPanel, type WidgetPanelOptions } from './panel';

/** What a tab shows, and how it stands in the main area. */
export interface WidgetTabOptions extends WidgetPanelOptions {
  /** The id of the tab in the page. */
  readonly id: string;
  readonly caption?: string;
  readonly icon?: LabIcon;
}

/** A tab of the main area that shows the widget which a kernel displays; closing it closes the view alone. */
export class WidgetTab extends MainAreaWidget<WidgetPanel> {
  constructor(options: WidgetTabOptions) {
    super({ content: new WidgetPanel(options) });
    this.id = options.id;
    this.title.label = options.name;
    this.title.caption = options.caption ?? options.name;
    this.title.closable = true;
    if (options.icon) this.title.icon = options.icon;
    this.toolbar.hide();
  }
}
