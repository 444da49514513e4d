import '../styles/base.css';
import '../styles/figure.css';
import '../styles/results_explorer.css';

import { widgetOf } from '../panels/mount';
import { ResultsExplorer } from '../panels/ResultsExplorer';
import { RESULTS_EXPLORER } from '../protocol';

export default widgetOf('ResultsExplorer', RESULTS_EXPLORER, ResultsExplorer);
