/** The columns: one beside the other where there is room, the bar below its figures where there is not. */
export const FUNNEL_GRID =
  "grid grid-cols-[minmax(0,1fr)_2.6rem_2.6rem_3.6rem_3rem] gap-x-2 @2xl:grid-cols-[minmax(0,12rem)_minmax(0,1fr)_3.5rem_3.5rem_4.5rem_3.5rem] @2xl:gap-x-3";
