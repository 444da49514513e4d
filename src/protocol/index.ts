/**
 * What travels between the widgets and the kernel: the traits, the values in them, and the messages.
 *
 * `xyzpy_widgets/widgets/protocol/` and the widget classes beside it say the same in Python; a test compares the two.
 * Every interface that crosses the wire stands here and every default is written out. Nothing here imports from elsewhere.
 */

export * from './board';
export * from './common';
export * from './explorer';
export * from './failures';
export * from './figure';
export * from './host';
export * from './messages';
export * from './plan';
export * from './run';
export * from './space';
