import '../styles/base.css';
import '../styles/figure.css';

import type { AnyWidget } from '@anywidget/types';

import { mountFigure } from '../panels/figure';
import type { FigureTraits } from '../protocol';

const widget: AnyWidget<FigureTraits> = {
  render({ model, el }) {
    const closed = new AbortController();
    const host = document.createElement('div');
    host.className = 'xyzpy-figure';
    el.append(host);
    mountFigure(model, host, closed.signal, (said) => {
      const told = document.createElement('p');
      told.textContent = said;
      el.append(told);
    });
    return () => {
      closed.abort();
    };
  },
};

export default widget;
