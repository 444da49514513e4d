import '../styles/base.css';
import '../styles/run_monitor.css';

import { widgetOf } from '../panels/mount';
import { RunMonitor } from '../panels/RunMonitor';
import { RUN_MONITOR } from '../protocol';

export default widgetOf('RunMonitor', RUN_MONITOR, RunMonitor);
