import './index.css';
import './lab.css';
import './tab.css';
