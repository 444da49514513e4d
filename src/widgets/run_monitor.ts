import '../styles/base.css';
import '../styles/run_monitor.css';

import { widgetOf } from '../panels/mount';
import { RunMonitor } from '../panels/RunMonitor';

export default widgetOf('RunMonitor', RunMonitor);
