// The types as a user of the published package sees them; only compiled, never run.
import { version } from 'callgate';

version satisfies string;
