#ifndef LAMINA_CONTRACTION
#define LAMINA_CONTRACTION

include "dialects/Lamina/Base.td"

#endif // LAMINA_CONTRACTION
