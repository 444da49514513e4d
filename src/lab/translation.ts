import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { type Catalogue, speak, trans } from '../core/trans';

/** The domain of the catalogue in language packs: the name of the Python package, as JupyterLab has it. */
const DOMAIN = 'xyzpy_widgets';

/** Required by every plugin that says something when it is activated. */
export const ICatalogue = new Token<Catalogue>('xyzpy-widgets:ICatalogue', 'The words of the page in its language.');

/** Lets this extension and the widgets in cells speak the language of JupyterLab. */
export const translation: JupyterFrontEndPlugin<Catalogue> = {
  id: 'xyzpy-widgets:translation',
  description: 'Lets xyzpy_widgets speak the language of JupyterLab.',
  autoStart: true,
  optional: [ITranslator],
  provides: ICatalogue,
  activate: (_: JupyterFrontEnd, translator: ITranslator | null) => {
    speak(translator?.load(DOMAIN) ?? null);
    return trans;
  },
};
