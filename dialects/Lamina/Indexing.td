#ifndef LAMINA_INDEXING
#define LAMINA_INDEXING

include "dialects/Lamina/Base.td"

#endif // LAMINA_INDEXING
