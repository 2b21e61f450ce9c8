export const VERSION_TEXT = '3.9.4-zooid-0.1.0';
