import '../styles/base.css';
import '../styles/space_editor.css';

import { widgetOf } from '../panels/mount';
import { SpaceEditor } from '../panels/SpaceEditor';
import { SPACE_EDITOR } from '../protocol';

export default widgetOf('SpaceEditor', SPACE_EDITOR, SpaceEditor);
