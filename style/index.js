import './index.css';
import './tab.css';
