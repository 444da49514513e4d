import '../styles/base.css';
import '../styles/failures.css';

import { widgetOf } from '../panels/mount';
import { Failures } from '../panels/Failures';
import { FAILURES } from '../protocol';

export default widgetOf('Failures', FAILURES, Failures);
