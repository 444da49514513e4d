import '../styles/base.css';
import '../styles/plan_card.css';

import { widgetOf } from '../panels/mount';
import { PlanCard } from '../panels/PlanCard';
import { PLAN_CARD } from '../protocol';

export default widgetOf('PlanCard', PLAN_CARD, PlanCard);
