// The whole dialect, for tools that read it at once, such as the documentation.
#ifndef LAMINA_LAMINA
#define LAMINA_LAMINA

include "dialects/Lamina/Keywords.td"
include "dialects/Lamina/Unary.td"
include "dialects/Lamina/Binary.td"
include "dialects/Lamina/Elementwise.td"
include "dialects/Lamina/View.td"
include "dialects/Lamina/Scatter.td"
include "dialects/Lamina/Reduction.td"
include "dialects/Lamina/Contraction.td"
include "dialects/Lamina/Indexing.td"
include "dialects/Lamina/Factory.td"
include "dialects/Lamina/Structure.td"

#endif // LAMINA_LAMINA
