package example

import (
	"fmt"
	"io"
	"io/ioutil"
	"os"
)

func bad(r io.Reader) error {
	// ruleid: go-ioutil
	data, err := ioutil.ReadAll(r)
	if err != nil {
		return err
	}
	// ruleid: go-ioutil
	fmt.Fprintln(ioutil.Discard, data)
	// ruleid: go-ioutil
	read := ioutil.ReadFile
	fmt.Println(read)
	// ruleid: go-ioutil
	return ioutil.WriteFile("name", data, 0o600)
}

func good(r io.Reader) {
	// ok: go-ioutil
	fmt.Println(io.ReadAll(r))
	// ok: go-ioutil
	fmt.Println(os.ReadFile("name"))
	// ok: go-ioutil
	fmt.Println("ioutil.ReadAll(r)")
	// ok: go-ioutil
	fmt.Println(ioutil.Unknown)
}

func parameter(ioutil Files, r io.Reader) {
	// ok: go-ioutil
	fmt.Println(ioutil.ReadAll(r))
}

func local(r io.Reader) {
	ioutil := Files{}
	// ok: go-ioutil
	fmt.Println(ioutil.ReadAll(r))
}
