/** What JupyterLab loads: the plugins of this extension. */
export { plugin as default } from './plugin';
