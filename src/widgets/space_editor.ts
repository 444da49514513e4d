import '../styles/base.css';
import '../styles/space_editor.css';

import { widgetOf } from '../panels/mount';
import { SpaceEditor } from '../panels/SpaceEditor';

export default widgetOf('SpaceEditor', SpaceEditor);
