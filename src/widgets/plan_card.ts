import '../styles/base.css';
import '../styles/plan_card.css';

import { widgetOf } from '../panels/mount';
import { PlanCard } from '../panels/PlanCard';

export default widgetOf('PlanCard', PlanCard);
