/** What JupyterLab loads: the plugins of this extension. */
export { plugins as default } from './plugin';
