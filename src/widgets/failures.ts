import '../styles/base.css';
import '../styles/failures.css';

import { widgetOf } from '../panels/mount';
import { Failures } from '../panels/Failures';

export default widgetOf('Failures', Failures);
