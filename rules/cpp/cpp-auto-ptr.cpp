#include <memory>
#include <vector>

// ruleid: cpp-auto-ptr
void consume(std::auto_ptr<int> pointer);

// ruleid: cpp-auto-ptr
std::auto_ptr<int> produce() {
  // ruleid: cpp-auto-ptr
  std::auto_ptr<int> named(new int);
  // ruleid: cpp-auto-ptr
  return ::std::auto_ptr<int>(new int);
}

class Holder {
  // ruleid: cpp-auto-ptr
  std::vector<std::auto_ptr<int> > many;
};

// ruleid: cpp-auto-ptr
typedef std :: auto_ptr<int> Pointer;
// ruleid: cpp-auto-ptr
using std::auto_ptr;

// ok: cpp-auto-ptr
std::unique_ptr<int> owned;
// ok: cpp-auto-ptr
boost::auto_ptr<int> other;
// ok: cpp-auto-ptr
my::std::auto_ptr<int> nested;
// ok: cpp-auto-ptr
std::auto_ptr_ref<int> longer;
// ok: cpp-auto-ptr
int x = 0;  // was std::auto_ptr<int>
/* ok: cpp-auto-ptr
   std::auto_ptr<int> old; */
// ok: cpp-auto-ptr
const char* text = "std::auto_ptr<int>";
// ok: cpp-auto-ptr
const char* raw = R"x(std::auto_ptr<int> "quoted")x";
