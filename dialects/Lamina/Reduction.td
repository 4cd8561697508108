#ifndef LAMINA_REDUCTION
#define LAMINA_REDUCTION

include "dialects/Lamina/Base.td"

#endif // LAMINA_REDUCTION
